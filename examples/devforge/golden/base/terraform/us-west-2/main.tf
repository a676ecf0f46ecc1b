resource "aws_vpc" "region_network_us_west_2" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    Name = "region-network-us-west-2"
  }
}

resource "aws_internet_gateway" "region_network_us_west_2" {
  vpc_id = aws_vpc.region_network_us_west_2.id
  tags = {
    Name = "region-network-us-west-2"
  }
}

resource "aws_subnet" "region_network_us_west_2_public" {
  count             = 3
  vpc_id            = aws_vpc.region_network_us_west_2.id
  availability_zone = ["us-west-2a", "us-west-2b", "us-west-2c"][count.index]
  cidr_block        = cidrsubnet(cidrsubnet("10.0.0.0/16", 4, 15), 4, count.index)
  tags = {
    Name                     = "region-network-us-west-2"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_subnet" "region_network_us_west_2_private" {
  count             = 3
  vpc_id            = aws_vpc.region_network_us_west_2.id
  availability_zone = ["us-west-2a", "us-west-2b", "us-west-2c"][count.index]
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  tags = {
    Name                              = "region-network-us-west-2"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = "region-network-us-west-2"
  }
}

resource "aws_eip" "region_network_us_west_2" {
  count  = 3
  domain = "vpc"
  tags = {
    Name = "region-network-us-west-2"
  }
}

resource "aws_nat_gateway" "region_network_us_west_2" {
  count         = 3
  allocation_id = aws_eip.region_network_us_west_2[count.index].id
  subnet_id     = aws_subnet.region_network_us_west_2_public[count.index].id
  tags = {
    Name = "region-network-us-west-2"
  }
  depends_on = [aws_internet_gateway.region_network_us_west_2]
}

resource "aws_route_table" "region_network_us_west_2_public" {
  vpc_id = aws_vpc.region_network_us_west_2.id
  tags = {
    Name = "region-network-us-west-2"
  }
}

resource "aws_route" "region_network_us_west_2_public" {
  route_table_id         = aws_route_table.region_network_us_west_2_public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.region_network_us_west_2.id
}

resource "aws_route_table" "region_network_us_west_2_private" {
  count  = 3
  vpc_id = aws_vpc.region_network_us_west_2.id
  tags = {
    Name = "region-network-us-west-2"
  }
}

resource "aws_route" "region_network_us_west_2_private" {
  count                  = 3
  route_table_id         = aws_route_table.region_network_us_west_2_private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.region_network_us_west_2[count.index].id
}

resource "aws_route_table_association" "region_network_us_west_2_public" {
  count          = 3
  subnet_id      = aws_subnet.region_network_us_west_2_public[count.index].id
  route_table_id = aws_route_table.region_network_us_west_2_public.id
}

resource "aws_route_table_association" "region_network_us_west_2_private" {
  count          = 3
  subnet_id      = aws_subnet.region_network_us_west_2_private[count.index].id
  route_table_id = aws_route_table.region_network_us_west_2_private[count.index].id
}

resource "aws_vpc_endpoint" "region_network_us_west_2_s3" {
  vpc_id          = aws_vpc.region_network_us_west_2.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = aws_route_table.region_network_us_west_2_private[*].id
  tags = {
    Name = "region-network-us-west-2"
  }
}

resource "aws_iam_role" "region_cluster_us_west_2_cluster" {
  name = "region-cluster-us-west-2-us-west-2-cluster"
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

resource "aws_iam_role_policy_attachment" "region_cluster_us_west_2_cluster_eksclusterpolicy" {
  role       = aws_iam_role.region_cluster_us_west_2_cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "region_cluster_us_west_2_nodes" {
  name = "region-cluster-us-west-2-us-west-2-nodes"
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

resource "aws_iam_role_policy_attachment" "region_cluster_us_west_2_nodes_eksworkernodepolicy" {
  role       = aws_iam_role.region_cluster_us_west_2_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "region_cluster_us_west_2_nodes_eks_cni_policy" {
  role       = aws_iam_role.region_cluster_us_west_2_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "region_cluster_us_west_2_nodes_ec2containerregistrypullonly" {
  role       = aws_iam_role.region_cluster_us_west_2_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "region_cluster_us_west_2_nodes_ebscsidriverpolicy" {
  role       = aws_iam_role.region_cluster_us_west_2_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_cluster" "region_cluster_us_west_2" {
  name                      = "region-cluster-us-west-2"
  role_arn                  = aws_iam_role.region_cluster_us_west_2_cluster.arn
  version                   = var.region_cluster_us_west_2_kubernetes
  deletion_protection       = true
  enabled_cluster_log_types = ["api", "audit", "authenticator"]
  depends_on = [
    aws_iam_role_policy_attachment.region_cluster_us_west_2_cluster_eksclusterpolicy,
  ]

  access_config {
    authentication_mode = "API"
  }

  vpc_config {
    subnet_ids              = aws_subnet.region_network_us_west_2_private[*].id
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = ["203.0.113.0/28"]
  }

  kubernetes_network_config {
    service_ipv4_cidr = "172.20.0.0/20"
  }

  upgrade_policy {
    support_type = "STANDARD"
  }
}

resource "aws_eks_node_group" "region_cluster_us_west_2_system" {
  cluster_name    = aws_eks_cluster.region_cluster_us_west_2.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.region_cluster_us_west_2_nodes.arn
  subnet_ids      = aws_subnet.region_network_us_west_2_private[*].id
  ami_type        = "AL2023_x86_64_STANDARD"
  instance_types  = [var.region_cluster_us_west_2_system_machine]
  disk_size       = 100
  labels = {
    "ivs.dev/pool" = "system"
  }
  depends_on = [
    aws_iam_role_policy_attachment.region_cluster_us_west_2_nodes_eksworkernodepolicy,
    aws_iam_role_policy_attachment.region_cluster_us_west_2_nodes_eks_cni_policy,
    aws_iam_role_policy_attachment.region_cluster_us_west_2_nodes_ec2containerregistrypullonly,
    aws_iam_role_policy_attachment.region_cluster_us_west_2_nodes_ebscsidriverpolicy,
    aws_route.region_network_us_west_2_private,
  ]

  scaling_config {
    desired_size = 2
    min_size     = 2
    max_size     = 6
  }

  update_config {
    max_unavailable = 1
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}

resource "aws_eks_addon" "region_cluster_us_west_2_metrics_server" {
  cluster_name = aws_eks_cluster.region_cluster_us_west_2.name
  addon_name   = "metrics-server"
  depends_on   = [aws_eks_node_group.region_cluster_us_west_2_system]
}

resource "aws_eks_addon" "region_cluster_us_west_2_aws_ebs_csi_driver" {
  cluster_name = aws_eks_cluster.region_cluster_us_west_2.name
  addon_name   = "aws-ebs-csi-driver"
  depends_on   = [aws_eks_node_group.region_cluster_us_west_2_system]
}

resource "aws_iam_openid_connect_provider" "region_cluster_us_west_2" {
  url            = aws_eks_cluster.region_cluster_us_west_2.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
