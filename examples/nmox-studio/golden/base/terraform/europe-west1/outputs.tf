output "studio_network_europe_west1_network_id" {
  description = "The network"
  value       = google_compute_network.studio_network_europe_west1.id
}

output "studio_network_europe_west1_subnets" {
  description = "Where nodes are"
  value       = google_compute_subnetwork.studio_network_europe_west1.id
}

output "studio_europe_west1_cluster_name" {
  description = "The cluster's name"
  value       = google_container_cluster.studio_europe_west1.name
}

output "studio_europe_west1_cluster_endpoint" {
  description = "Where its API answers"
  value       = google_container_cluster.studio_europe_west1.endpoint
}
