output "studio_network_asia_south1_network_id" {
  description = "The network"
  value       = google_compute_network.studio_network_asia_south1.id
}

output "studio_network_asia_south1_subnets" {
  description = "Where nodes are"
  value       = google_compute_subnetwork.studio_network_asia_south1.id
}

output "studio_asia_south1_cluster_name" {
  description = "The cluster's name"
  value       = google_container_cluster.studio_asia_south1.name
}

output "studio_asia_south1_cluster_endpoint" {
  description = "Where its API answers"
  value       = google_container_cluster.studio_asia_south1.endpoint
}
