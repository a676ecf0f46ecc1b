output "region_network_eu_central_1_network_id" {
  description = "The network"
  value       = aws_vpc.region_network_eu_central_1.id
}

output "region_network_eu_central_1_subnets" {
  description = "Where nodes are"
  value       = aws_subnet.region_network_eu_central_1_private[*].id
}

output "region_cluster_eu_central_1_cluster_ca" {
  description = "Certificate authority of its API, in base64"
  value       = aws_eks_cluster.region_cluster_eu_central_1.certificate_authority[0].data
}

output "region_cluster_eu_central_1_oidc_provider" {
  description = "Who vouches for its service accounts"
  value       = aws_iam_openid_connect_provider.region_cluster_eu_central_1.arn
}

output "region_cluster_eu_central_1_cluster_name" {
  description = "The cluster's name"
  value       = aws_eks_cluster.region_cluster_eu_central_1.name
}

output "region_cluster_eu_central_1_cluster_endpoint" {
  description = "Where its API answers"
  value       = aws_eks_cluster.region_cluster_eu_central_1.endpoint
}
