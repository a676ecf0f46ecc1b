output "room_ap_southeast_1_network_id" {
  description = "The network"
  value       = aws_vpc.room_ap_southeast_1.id
}

output "room_ap_southeast_1_subnets" {
  description = "Where nodes are"
  value       = aws_subnet.room_ap_southeast_1_private[*].id
}

output "platform_ap_southeast_1_cluster_ca" {
  description = "Certificate authority of its API, in base64"
  value       = aws_eks_cluster.platform_ap_southeast_1.certificate_authority[0].data
}

output "platform_ap_southeast_1_oidc_provider" {
  description = "Who vouches for its service accounts"
  value       = aws_iam_openid_connect_provider.platform_ap_southeast_1.arn
}

output "platform_ap_southeast_1_cluster_name" {
  description = "The cluster's name"
  value       = aws_eks_cluster.platform_ap_southeast_1.name
}

output "platform_ap_southeast_1_cluster_endpoint" {
  description = "Where its API answers"
  value       = aws_eks_cluster.platform_ap_southeast_1.endpoint
}
