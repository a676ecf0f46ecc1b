resource "aws_iam_role" "karpenternoderole_platform_ap_southeast_1" {
  name = "KarpenterNodeRole-platform-ap-southeast-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "ec2.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_ap_southeast_1_eksworkernodepolicy" {
  role       = aws_iam_role.karpenternoderole_platform_ap_southeast_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_ap_southeast_1_eks_cni_policy" {
  role       = aws_iam_role.karpenternoderole_platform_ap_southeast_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_ap_southeast_1_ec2containerregistrypullonly" {
  role       = aws_iam_role.karpenternoderole_platform_ap_southeast_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_ap_southeast_1_ssmmanagedinstancecore" {
  role       = aws_iam_role.karpenternoderole_platform_ap_southeast_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_eks_access_entry" "karpenternoderole_platform_ap_southeast_1" {
  cluster_name  = aws_eks_cluster.platform_ap_southeast_1.name
  principal_arn = aws_iam_role.karpenternoderole_platform_ap_southeast_1.arn
  type          = "EC2_LINUX"
}

resource "aws_vpc" "room_ap_southeast_1" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    Name = "room-ap-southeast-1"
  }
}

resource "aws_internet_gateway" "room_ap_southeast_1" {
  vpc_id = aws_vpc.room_ap_southeast_1.id
  tags = {
    Name = "room-ap-southeast-1"
  }
}

resource "aws_subnet" "room_ap_southeast_1_public" {
  count             = 3
  vpc_id            = aws_vpc.room_ap_southeast_1.id
  availability_zone = ["ap-southeast-1a", "ap-southeast-1b", "ap-southeast-1c"][count.index]
  cidr_block        = cidrsubnet(cidrsubnet("10.0.0.0/16", 4, 15), 4, count.index)
  tags = {
    Name                     = "room-ap-southeast-1"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_subnet" "room_ap_southeast_1_private" {
  count             = 3
  vpc_id            = aws_vpc.room_ap_southeast_1.id
  availability_zone = ["ap-southeast-1a", "ap-southeast-1b", "ap-southeast-1c"][count.index]
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  tags = {
    Name                              = "room-ap-southeast-1"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = "room-ap-southeast-1"
  }
}

resource "aws_eip" "room_ap_southeast_1" {
  count  = 3
  domain = "vpc"
  tags = {
    Name = "room-ap-southeast-1"
  }
}

resource "aws_nat_gateway" "room_ap_southeast_1" {
  count         = 3
  allocation_id = aws_eip.room_ap_southeast_1[count.index].id
  subnet_id     = aws_subnet.room_ap_southeast_1_public[count.index].id
  tags = {
    Name = "room-ap-southeast-1"
  }
  depends_on = [aws_internet_gateway.room_ap_southeast_1]
}

resource "aws_route_table" "room_ap_southeast_1_public" {
  vpc_id = aws_vpc.room_ap_southeast_1.id
  tags = {
    Name = "room-ap-southeast-1"
  }
}

resource "aws_route" "room_ap_southeast_1_public" {
  route_table_id         = aws_route_table.room_ap_southeast_1_public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.room_ap_southeast_1.id
}

resource "aws_route_table" "room_ap_southeast_1_private" {
  count  = 3
  vpc_id = aws_vpc.room_ap_southeast_1.id
  tags = {
    Name = "room-ap-southeast-1"
  }
}

resource "aws_route" "room_ap_southeast_1_private" {
  count                  = 3
  route_table_id         = aws_route_table.room_ap_southeast_1_private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.room_ap_southeast_1[count.index].id
}

resource "aws_route_table_association" "room_ap_southeast_1_public" {
  count          = 3
  subnet_id      = aws_subnet.room_ap_southeast_1_public[count.index].id
  route_table_id = aws_route_table.room_ap_southeast_1_public.id
}

resource "aws_route_table_association" "room_ap_southeast_1_private" {
  count          = 3
  subnet_id      = aws_subnet.room_ap_southeast_1_private[count.index].id
  route_table_id = aws_route_table.room_ap_southeast_1_private[count.index].id
}

resource "aws_vpc_endpoint" "room_ap_southeast_1_s3" {
  vpc_id          = aws_vpc.room_ap_southeast_1.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = aws_route_table.room_ap_southeast_1_private[*].id
  tags = {
    Name = "room-ap-southeast-1"
  }
}

resource "aws_iam_role" "platform_ap_southeast_1_cluster" {
  name = "platform-ap-southeast-1-ap-southeast-1-cluster"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "eks.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "platform_ap_southeast_1_cluster_eksclusterpolicy" {
  role       = aws_iam_role.platform_ap_southeast_1_cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "platform_ap_southeast_1_nodes" {
  name = "platform-ap-southeast-1-ap-southeast-1-nodes"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "ec2.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "platform_ap_southeast_1_nodes_eksworkernodepolicy" {
  role       = aws_iam_role.platform_ap_southeast_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "platform_ap_southeast_1_nodes_eks_cni_policy" {
  role       = aws_iam_role.platform_ap_southeast_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "platform_ap_southeast_1_nodes_ec2containerregistrypullonly" {
  role       = aws_iam_role.platform_ap_southeast_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "platform_ap_southeast_1_nodes_ebscsidriverpolicy" {
  role       = aws_iam_role.platform_ap_southeast_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_cluster" "platform_ap_southeast_1" {
  name                      = "platform-ap-southeast-1"
  role_arn                  = aws_iam_role.platform_ap_southeast_1_cluster.arn
  version                   = var.platform_ap_southeast_1_kubernetes
  deletion_protection       = true
  enabled_cluster_log_types = ["api", "audit", "authenticator"]
  depends_on = [
    aws_iam_role_policy_attachment.platform_ap_southeast_1_cluster_eksclusterpolicy,
  ]

  access_config {
    authentication_mode = "API"
  }

  vpc_config {
    subnet_ids              = aws_subnet.room_ap_southeast_1_private[*].id
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = ["203.0.113.0/28"]
  }

  kubernetes_network_config {
    service_ipv4_cidr = "172.20.0.0/20"
  }

  upgrade_policy {
    support_type = "EXTENDED"
  }
}

resource "aws_eks_node_group" "platform_ap_southeast_1_system" {
  cluster_name    = aws_eks_cluster.platform_ap_southeast_1.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.platform_ap_southeast_1_nodes.arn
  subnet_ids      = aws_subnet.room_ap_southeast_1_private[*].id
  ami_type        = "AL2023_x86_64_STANDARD"
  instance_types  = [var.platform_ap_southeast_1_system_machine]
  disk_size       = 100
  labels = {
    "ivs.dev/pool" = "system"
  }
  depends_on = [
    aws_iam_role_policy_attachment.platform_ap_southeast_1_nodes_eksworkernodepolicy,
    aws_iam_role_policy_attachment.platform_ap_southeast_1_nodes_eks_cni_policy,
    aws_iam_role_policy_attachment.platform_ap_southeast_1_nodes_ec2containerregistrypullonly,
    aws_iam_role_policy_attachment.platform_ap_southeast_1_nodes_ebscsidriverpolicy,
    aws_route.room_ap_southeast_1_private,
  ]

  scaling_config {
    desired_size = 3
    min_size     = 3
    max_size     = 6
  }

  update_config {
    max_unavailable = 1
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}

resource "aws_eks_addon" "platform_ap_southeast_1_metrics_server" {
  cluster_name = aws_eks_cluster.platform_ap_southeast_1.name
  addon_name   = "metrics-server"
  depends_on   = [aws_eks_node_group.platform_ap_southeast_1_system]
}

resource "aws_eks_addon" "platform_ap_southeast_1_aws_ebs_csi_driver" {
  cluster_name = aws_eks_cluster.platform_ap_southeast_1.name
  addon_name   = "aws-ebs-csi-driver"
  depends_on   = [aws_eks_node_group.platform_ap_southeast_1_system]
}

resource "aws_iam_openid_connect_provider" "platform_ap_southeast_1" {
  url            = aws_eks_cluster.platform_ap_southeast_1.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
