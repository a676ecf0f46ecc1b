output "region_network_us_west_2_network_id" {
  description = "The network"
  value       = aws_vpc.region_network_us_west_2.id
}

output "region_network_us_west_2_subnets" {
  description = "Where nodes are"
  value       = aws_subnet.region_network_us_west_2_private[*].id
}

output "region_cluster_us_west_2_cluster_ca" {
  description = "Certificate authority of its API, in base64"
  value       = aws_eks_cluster.region_cluster_us_west_2.certificate_authority[0].data
}

output "region_cluster_us_west_2_oidc_provider" {
  description = "Who vouches for its service accounts"
  value       = aws_iam_openid_connect_provider.region_cluster_us_west_2.arn
}

output "region_cluster_us_west_2_cluster_name" {
  description = "The cluster's name"
  value       = aws_eks_cluster.region_cluster_us_west_2.name
}

output "region_cluster_us_west_2_cluster_endpoint" {
  description = "Where its API answers"
  value       = aws_eks_cluster.region_cluster_us_west_2.endpoint
}
