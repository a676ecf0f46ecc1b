resource "aws_s3_bucket" "videos" {
  bucket = "devforge-staging-videos"
}

resource "aws_s3_bucket_public_access_block" "videos" {
  bucket                  = aws_s3_bucket.videos.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "videos" {
  bucket = aws_s3_bucket.videos.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "videos" {
  bucket = aws_s3_bucket.videos.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "videos" {
  bucket     = aws_s3_bucket.videos.id
  depends_on = [aws_s3_bucket_versioning.videos]

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "old"
    status = "Enabled"

    filter {}

    transition {
      days          = 180
      storage_class = "GLACIER_IR"
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }
}

resource "aws_cloudfront_cache_policy" "video_delivery" {
  name        = "devforge-video-delivery"
  default_ttl = 31536000
  max_ttl     = 31536000
  min_ttl     = 0

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

resource "aws_cloudfront_origin_access_control" "video_delivery" {
  name                              = "devforge-video-delivery"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "video_delivery" {
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  comment         = "video-delivery"

  origin {
    origin_id                = "devforge-video-delivery"
    domain_name              = aws_s3_bucket.videos.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.video_delivery.id
  }

  default_cache_behavior {
    target_origin_id       = "devforge-video-delivery"
    allowed_methods        = ["GET", "HEAD", "OPTIONS"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = aws_cloudfront_cache_policy.video_delivery.id
    compress               = true
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_s3_bucket_policy" "video_delivery_reads" {
  bucket = aws_s3_bucket.videos.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "cloudfront.amazonaws.com"
        }
        Action   = "s3:GetObject"
        Resource = "${aws_s3_bucket.videos.arn}/*"
        Condition = {
          StringEquals = {
            "AWS:SourceArn" = aws_cloudfront_distribution.video_delivery.arn
          }
        }
      },
    ]
  })
}

resource "aws_cloudfront_cache_policy" "site_delivery" {
  name        = "devforge-site-delivery"
  default_ttl = 86400
  max_ttl     = 86400
  min_ttl     = 0

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

resource "aws_cloudfront_cache_policy" "site_delivery_public" {
  name        = "devforge-site-delivery-public"
  default_ttl = 300
  max_ttl     = 300
  min_ttl     = 0

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

resource "aws_cloudfront_cache_policy" "site_delivery_interface" {
  name        = "devforge-site-delivery-interface"
  default_ttl = 0
  max_ttl     = 0
  min_ttl     = 0

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = false
    enable_accept_encoding_gzip   = false

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_distribution" "site_delivery" {
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  comment         = "site-delivery"

  origin {
    origin_id   = "devforge-site-delivery"
    domain_name = "origin.devforge.example"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id         = "devforge-site-delivery"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    viewer_protocol_policy   = "redirect-to-https"
    cache_policy_id          = aws_cloudfront_cache_policy.site_delivery.id
    origin_request_policy_id = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    compress                 = true
  }

  ordered_cache_behavior {
    path_pattern             = "/api/public/*"
    target_origin_id         = "devforge-site-delivery"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    viewer_protocol_policy   = "redirect-to-https"
    cache_policy_id          = aws_cloudfront_cache_policy.site_delivery_public.id
    origin_request_policy_id = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    compress                 = true
  }

  ordered_cache_behavior {
    path_pattern             = "/api/*"
    target_origin_id         = "devforge-site-delivery"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    viewer_protocol_policy   = "redirect-to-https"
    cache_policy_id          = aws_cloudfront_cache_policy.site_delivery_interface.id
    origin_request_policy_id = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    compress                 = true
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_vpc" "region_network_us_east_1" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    Name = "region-network-us-east-1"
  }
}

resource "aws_internet_gateway" "region_network_us_east_1" {
  vpc_id = aws_vpc.region_network_us_east_1.id
  tags = {
    Name = "region-network-us-east-1"
  }
}

resource "aws_subnet" "region_network_us_east_1_public" {
  count             = 3
  vpc_id            = aws_vpc.region_network_us_east_1.id
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1c"][count.index]
  cidr_block        = cidrsubnet(cidrsubnet("10.0.0.0/16", 4, 15), 4, count.index)
  tags = {
    Name                     = "region-network-us-east-1"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_subnet" "region_network_us_east_1_private" {
  count             = 3
  vpc_id            = aws_vpc.region_network_us_east_1.id
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1c"][count.index]
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  tags = {
    Name                              = "region-network-us-east-1"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = "region-network-us-east-1"
  }
}

resource "aws_eip" "region_network_us_east_1" {
  count  = 3
  domain = "vpc"
  tags = {
    Name = "region-network-us-east-1"
  }
}

resource "aws_nat_gateway" "region_network_us_east_1" {
  count         = 3
  allocation_id = aws_eip.region_network_us_east_1[count.index].id
  subnet_id     = aws_subnet.region_network_us_east_1_public[count.index].id
  tags = {
    Name = "region-network-us-east-1"
  }
  depends_on = [aws_internet_gateway.region_network_us_east_1]
}

resource "aws_route_table" "region_network_us_east_1_public" {
  vpc_id = aws_vpc.region_network_us_east_1.id
  tags = {
    Name = "region-network-us-east-1"
  }
}

resource "aws_route" "region_network_us_east_1_public" {
  route_table_id         = aws_route_table.region_network_us_east_1_public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.region_network_us_east_1.id
}

resource "aws_route_table" "region_network_us_east_1_private" {
  count  = 3
  vpc_id = aws_vpc.region_network_us_east_1.id
  tags = {
    Name = "region-network-us-east-1"
  }
}

resource "aws_route" "region_network_us_east_1_private" {
  count                  = 3
  route_table_id         = aws_route_table.region_network_us_east_1_private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.region_network_us_east_1[count.index].id
}

resource "aws_route_table_association" "region_network_us_east_1_public" {
  count          = 3
  subnet_id      = aws_subnet.region_network_us_east_1_public[count.index].id
  route_table_id = aws_route_table.region_network_us_east_1_public.id
}

resource "aws_route_table_association" "region_network_us_east_1_private" {
  count          = 3
  subnet_id      = aws_subnet.region_network_us_east_1_private[count.index].id
  route_table_id = aws_route_table.region_network_us_east_1_private[count.index].id
}

resource "aws_vpc_endpoint" "region_network_us_east_1_s3" {
  vpc_id          = aws_vpc.region_network_us_east_1.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = aws_route_table.region_network_us_east_1_private[*].id
  tags = {
    Name = "region-network-us-east-1"
  }
}

resource "aws_iam_role" "region_cluster_us_east_1_cluster" {
  name = "region-cluster-us-east-1-us-east-1-cluster"
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

resource "aws_iam_role_policy_attachment" "region_cluster_us_east_1_cluster_eksclusterpolicy" {
  role       = aws_iam_role.region_cluster_us_east_1_cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "region_cluster_us_east_1_nodes" {
  name = "region-cluster-us-east-1-us-east-1-nodes"
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

resource "aws_iam_role_policy_attachment" "region_cluster_us_east_1_nodes_eksworkernodepolicy" {
  role       = aws_iam_role.region_cluster_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "region_cluster_us_east_1_nodes_eks_cni_policy" {
  role       = aws_iam_role.region_cluster_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "region_cluster_us_east_1_nodes_ec2containerregistrypullonly" {
  role       = aws_iam_role.region_cluster_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "region_cluster_us_east_1_nodes_ebscsidriverpolicy" {
  role       = aws_iam_role.region_cluster_us_east_1_nodes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_cluster" "region_cluster_us_east_1" {
  name                      = "region-cluster-us-east-1"
  role_arn                  = aws_iam_role.region_cluster_us_east_1_cluster.arn
  version                   = var.region_cluster_us_east_1_kubernetes
  deletion_protection       = false
  enabled_cluster_log_types = ["api", "audit", "authenticator"]
  depends_on = [
    aws_iam_role_policy_attachment.region_cluster_us_east_1_cluster_eksclusterpolicy,
  ]

  access_config {
    authentication_mode = "API"
  }

  vpc_config {
    subnet_ids              = aws_subnet.region_network_us_east_1_private[*].id
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

resource "aws_eks_node_group" "region_cluster_us_east_1_system" {
  cluster_name    = aws_eks_cluster.region_cluster_us_east_1.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.region_cluster_us_east_1_nodes.arn
  subnet_ids      = aws_subnet.region_network_us_east_1_private[*].id
  ami_type        = "AL2023_x86_64_STANDARD"
  instance_types  = [var.region_cluster_us_east_1_system_machine]
  disk_size       = 100
  labels = {
    "ivs.dev/pool" = "system"
  }
  depends_on = [
    aws_iam_role_policy_attachment.region_cluster_us_east_1_nodes_eksworkernodepolicy,
    aws_iam_role_policy_attachment.region_cluster_us_east_1_nodes_eks_cni_policy,
    aws_iam_role_policy_attachment.region_cluster_us_east_1_nodes_ec2containerregistrypullonly,
    aws_iam_role_policy_attachment.region_cluster_us_east_1_nodes_ebscsidriverpolicy,
    aws_route.region_network_us_east_1_private,
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

resource "aws_eks_addon" "region_cluster_us_east_1_metrics_server" {
  cluster_name = aws_eks_cluster.region_cluster_us_east_1.name
  addon_name   = "metrics-server"
  depends_on   = [aws_eks_node_group.region_cluster_us_east_1_system]
}

resource "aws_eks_addon" "region_cluster_us_east_1_aws_ebs_csi_driver" {
  cluster_name = aws_eks_cluster.region_cluster_us_east_1.name
  addon_name   = "aws-ebs-csi-driver"
  depends_on   = [aws_eks_node_group.region_cluster_us_east_1_system]
}

resource "aws_iam_openid_connect_provider" "region_cluster_us_east_1" {
  url            = aws_eks_cluster.region_cluster_us_east_1.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "karpenternoderole_region_cluster_us_east_1" {
  name = "KarpenterNodeRole-region-cluster-us-east-1"
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

resource "aws_iam_role_policy_attachment" "karpenternoderole_region_cluster_us_east_1_eksworkernodepolicy" {
  role       = aws_iam_role.karpenternoderole_region_cluster_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_region_cluster_us_east_1_eks_cni_policy" {
  role       = aws_iam_role.karpenternoderole_region_cluster_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_region_cluster_us_east_1_ec2containerregistrypullonly" {
  role       = aws_iam_role.karpenternoderole_region_cluster_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_iam_role_policy_attachment" "karpenternoderole_region_cluster_us_east_1_ssmmanagedinstancecore" {
  role       = aws_iam_role.karpenternoderole_region_cluster_us_east_1.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_eks_access_entry" "karpenternoderole_region_cluster_us_east_1" {
  cluster_name  = aws_eks_cluster.region_cluster_us_east_1.name
  principal_arn = aws_iam_role.karpenternoderole_region_cluster_us_east_1.arn
  type          = "EC2_LINUX"
}
