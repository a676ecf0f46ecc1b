output "nmox_studio_name_servers" {
  description = "For the registrar of the domain"
  value       = google_dns_managed_zone.nmox_studio.name_servers
}

output "studio_network_us_west1_network_id" {
  description = "The network"
  value       = google_compute_network.studio_network_us_west1.id
}

output "studio_network_us_west1_subnets" {
  description = "Where nodes are"
  value       = google_compute_subnetwork.studio_network_us_west1.id
}

output "studio_us_west1_cluster_name" {
  description = "The cluster's name"
  value       = google_container_cluster.studio_us_west1.name
}

output "studio_us_west1_cluster_endpoint" {
  description = "Where its API answers"
  value       = google_container_cluster.studio_us_west1.endpoint
}

output "workspace_files_welcome_bucket" {
  description = "Name of the bucket, on Azure of its account"
  value       = google_storage_bucket.workspace_files_welcome.name
}

output "workspace_files_showcase_bucket" {
  description = "Name of the bucket, on Azure of its account"
  value       = google_storage_bucket.workspace_files_showcase.name
}

output "workspace_service_account" {
  description = "For the annotation iam.gke.io/gcp-service-account of the service account"
  value       = google_service_account.workspace_service.email
}

output "static_assets_cdn_host" {
  description = "What its names stand for, a name or an address"
  value       = google_compute_global_address.static_assets.address
}
