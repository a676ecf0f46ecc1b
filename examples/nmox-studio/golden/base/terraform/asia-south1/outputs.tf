output "studio_network_id" {
  description = "The network"
  value       = google_compute_network.studio.id
}

output "studio_subnets" {
  description = "Where nodes are"
  value       = google_compute_subnetwork.studio.id
}

output "studio_cluster_name" {
  description = "The cluster's name"
  value       = google_container_cluster.studio.name
}

output "studio_cluster_endpoint" {
  description = "Where its API answers"
  value       = google_container_cluster.studio.endpoint
}
