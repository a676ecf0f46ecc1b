resource "aws_iam_role" "karpenternoderole_platform_us_east_1" {
  name = "KarpenterNodeRole-platform-us-east-1"
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

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_us_east_1_eksworkernodepolicy" {
  role       = aws_iam_role.karpenternoderole_platform_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_us_east_1_eks_cni_policy" {
  role       = aws_iam_role.karpenternoderole_platform_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_us_east_1_ec2containerregistrypullonly" {
  role       = aws_iam_role.karpenternoderole_platform_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_platform_us_east_1_ssmmanagedinstancecore" {
  role       = aws_iam_role.karpenternoderole_platform_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_eks_access_entry" "karpenternoderole_platform_us_east_1" {
  cluster_name  = aws_eks_cluster.platform_us_east_1.name
  principal_arn = aws_iam_role.karpenternoderole_platform_us_east_1.arn
  type          = "EC2_LINUX"
}

resource "aws_vpc" "room_us_east_1" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    Name = "room-us-east-1"
  }
}

resource "aws_internet_gateway" "room_us_east_1" {
  vpc_id = aws_vpc.room_us_east_1.id
  tags = {
    Name = "room-us-east-1"
  }
}

resource "aws_subnet" "room_us_east_1_public" {
  count             = 3
  vpc_id            = aws_vpc.room_us_east_1.id
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1c"][count.index]
  cidr_block        = cidrsubnet(cidrsubnet("10.0.0.0/16", 4, 15), 4, count.index)
  tags = {
    Name                     = "room-us-east-1"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_subnet" "room_us_east_1_private" {
  count             = 3
  vpc_id            = aws_vpc.room_us_east_1.id
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1c"][count.index]
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  tags = {
    Name                              = "room-us-east-1"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = "room-us-east-1"
  }
}

resource "aws_eip" "room_us_east_1" {
  count  = 3
  domain = "vpc"
  tags = {
    Name = "room-us-east-1"
  }
}

resource "aws_nat_gateway" "room_us_east_1" {
  count         = 3
  allocation_id = aws_eip.room_us_east_1[count.index].id
  subnet_id     = aws_subnet.room_us_east_1_public[count.index].id
  tags = {
    Name = "room-us-east-1"
  }
  depends_on = [aws_internet_gateway.room_us_east_1]
}

resource "aws_route_table" "room_us_east_1_public" {
  vpc_id = aws_vpc.room_us_east_1.id
  tags = {
    Name = "room-us-east-1"
  }
}

resource "aws_route" "room_us_east_1_public" {
  route_table_id         = aws_route_table.room_us_east_1_public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.room_us_east_1.id
}

resource "aws_route_table" "room_us_east_1_private" {
  count  = 3
  vpc_id = aws_vpc.room_us_east_1.id
  tags = {
    Name = "room-us-east-1"
  }
}

resource "aws_route" "room_us_east_1_private" {
  count                  = 3
  route_table_id         = aws_route_table.room_us_east_1_private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.room_us_east_1[count.index].id
}

resource "aws_route_table_association" "room_us_east_1_public" {
  count          = 3
  subnet_id      = aws_subnet.room_us_east_1_public[count.index].id
  route_table_id = aws_route_table.room_us_east_1_public.id
}

resource "aws_route_table_association" "room_us_east_1_private" {
  count          = 3
  subnet_id      = aws_subnet.room_us_east_1_private[count.index].id
  route_table_id = aws_route_table.room_us_east_1_private[count.index].id
}

resource "aws_vpc_endpoint" "room_us_east_1_s3" {
  vpc_id          = aws_vpc.room_us_east_1.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = aws_route_table.room_us_east_1_private[*].id
  tags = {
    Name = "room-us-east-1"
  }
}

resource "aws_iam_role" "platform_us_east_1_cluster" {
  name = "platform-us-east-1-us-east-1-cluster"
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

resource "aws_iam_role_policy_attachment" "platform_us_east_1_cluster_eksclusterpolicy" {
  role       = aws_iam_role.platform_us_east_1_cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "platform_us_east_1_nodes" {
  name = "platform-us-east-1-us-east-1-nodes"
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

resource "aws_iam_role_policy_attachment" "platform_us_east_1_nodes_eksworkernodepolicy" {
  role       = aws_iam_role.platform_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "platform_us_east_1_nodes_eks_cni_policy" {
  role       = aws_iam_role.platform_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "platform_us_east_1_nodes_ec2containerregistrypullonly" {
  role       = aws_iam_role.platform_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "platform_us_east_1_nodes_ebscsidriverpolicy" {
  role       = aws_iam_role.platform_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_cluster" "platform_us_east_1" {
  name                      = "platform-us-east-1"
  role_arn                  = aws_iam_role.platform_us_east_1_cluster.arn
  version                   = var.platform_us_east_1_kubernetes
  deletion_protection       = true
  enabled_cluster_log_types = ["api", "audit", "authenticator"]
  depends_on                = [aws_iam_role_policy_attachment.platform_us_east_1_cluster_eksclusterpolicy]

  access_config {
    authentication_mode = "API"
  }

  vpc_config {
    subnet_ids              = aws_subnet.room_us_east_1_private[*].id
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

resource "aws_eks_node_group" "platform_us_east_1_system" {
  cluster_name    = aws_eks_cluster.platform_us_east_1.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.platform_us_east_1_nodes.arn
  subnet_ids      = aws_subnet.room_us_east_1_private[*].id
  ami_type        = "AL2023_x86_64_STANDARD"
  instance_types  = [var.platform_us_east_1_system_machine]
  disk_size       = 100
  labels = {
    "ivs.dev/pool" = "system"
  }
  depends_on = [
    aws_iam_role_policy_attachment.platform_us_east_1_nodes_eksworkernodepolicy,
    aws_iam_role_policy_attachment.platform_us_east_1_nodes_eks_cni_policy,
    aws_iam_role_policy_attachment.platform_us_east_1_nodes_ec2containerregistrypullonly,
    aws_iam_role_policy_attachment.platform_us_east_1_nodes_ebscsidriverpolicy,
    aws_route.room_us_east_1_private,
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

resource "aws_eks_addon" "platform_us_east_1_metrics_server" {
  cluster_name = aws_eks_cluster.platform_us_east_1.name
  addon_name   = "metrics-server"
  depends_on   = [aws_eks_node_group.platform_us_east_1_system]
}

resource "aws_eks_addon" "platform_us_east_1_aws_ebs_csi_driver" {
  cluster_name = aws_eks_cluster.platform_us_east_1.name
  addon_name   = "aws-ebs-csi-driver"
  depends_on   = [aws_eks_node_group.platform_us_east_1_system]
}

resource "aws_iam_openid_connect_provider" "platform_us_east_1" {
  url            = aws_eks_cluster.platform_us_east_1.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_s3_bucket" "capsules" {
  bucket = "industriverse-capsules"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "capsules" {
  bucket                  = aws_s3_bucket.capsules.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "capsules" {
  bucket = aws_s3_bucket.capsules.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "capsules" {
  bucket = aws_s3_bucket.capsules.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "capsules" {
  bucket     = aws_s3_bucket.capsules.id
  depends_on = [aws_s3_bucket_versioning.capsules]

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket" "capsules_copy" {
  region = "ap-southeast-1"
  bucket = "industriverse-capsules-copy"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "capsules_copy" {
  region                  = "ap-southeast-1"
  bucket                  = aws_s3_bucket.capsules_copy.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "capsules_copy" {
  region = "ap-southeast-1"
  bucket = aws_s3_bucket.capsules_copy.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "capsules_copy" {
  region = "ap-southeast-1"
  bucket = aws_s3_bucket.capsules_copy.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "capsules_replication" {
  name = "industriverse-capsules-replication"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "s3.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "capsules_replication" {
  name = "replication"
  role = aws_iam_role.capsules_replication.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = aws_s3_bucket.capsules.arn
      },
      {
        Effect = "Allow"
        Action = [
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionTagging",
        ]
        Resource = "${aws_s3_bucket.capsules.arn}/*"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
        Resource = "${aws_s3_bucket.capsules_copy.arn}/*"
      },
    ]
  })
}

resource "aws_s3_bucket_replication_configuration" "capsules" {
  bucket     = aws_s3_bucket.capsules.id
  role       = aws_iam_role.capsules_replication.arn
  depends_on = [aws_s3_bucket_versioning.capsules, aws_s3_bucket_versioning.capsules_copy]

  rule {
    id     = "everything"
    status = "Enabled"

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    destination {
      bucket = aws_s3_bucket.capsules_copy.arn
    }
  }
}
