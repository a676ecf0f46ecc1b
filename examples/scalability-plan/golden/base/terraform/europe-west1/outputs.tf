output "platform_example_name_servers" {
  description = "For the registrar of the domain"
  value       = google_dns_managed_zone.platform_example.name_servers
}

output "region_network_europe_west1_network_id" {
  description = "The network"
  value       = google_compute_network.region_network_europe_west1.id
}

output "region_network_europe_west1_subnets" {
  description = "Where nodes are"
  value       = google_compute_subnetwork.region_network_europe_west1.id
}

output "region_cluster_europe_west1_cluster_name" {
  description = "The cluster's name"
  value       = google_container_cluster.region_cluster_europe_west1.name
}

output "region_cluster_europe_west1_cluster_endpoint" {
  description = "Where its API answers"
  value       = google_container_cluster.region_cluster_europe_west1.endpoint
}

output "archive_bucket" {
  description = "Name of the bucket, on Azure of its account"
  value       = google_storage_bucket.archive.name
}

output "static_assets_cdn_host" {
  description = "What its names stand for, a name or an address"
  value       = google_compute_global_address.static_assets.address
}
