output "room_eu_central_1_network_id" {
  description = "The network"
  value       = aws_vpc.room_eu_central_1.id
}

output "room_eu_central_1_subnets" {
  description = "Where nodes are"
  value       = aws_subnet.room_eu_central_1_private[*].id
}

output "platform_eu_central_1_cluster_ca" {
  description = "Certificate authority of its API, in base64"
  value       = aws_eks_cluster.platform_eu_central_1.certificate_authority[0].data
}

output "platform_eu_central_1_oidc_provider" {
  description = "Who vouches for its service accounts"
  value       = aws_iam_openid_connect_provider.platform_eu_central_1.arn
}

output "platform_eu_central_1_cluster_name" {
  description = "The cluster's name"
  value       = aws_eks_cluster.platform_eu_central_1.name
}

output "platform_eu_central_1_cluster_endpoint" {
  description = "Where its API answers"
  value       = aws_eks_cluster.platform_eu_central_1.endpoint
}

output "history_bucket" {
  description = "Name of the bucket, on Azure of its account"
  value       = aws_s3_bucket.history.bucket
}
