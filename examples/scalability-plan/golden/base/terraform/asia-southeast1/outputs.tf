output "region_network_asia_southeast1_network_id" {
  description = "The network"
  value       = google_compute_network.region_network_asia_southeast1.id
}

output "region_network_asia_southeast1_subnets" {
  description = "Where nodes are"
  value       = google_compute_subnetwork.region_network_asia_southeast1.id
}

output "region_cluster_asia_southeast1_cluster_name" {
  description = "The cluster's name"
  value       = google_container_cluster.region_cluster_asia_southeast1.name
}

output "region_cluster_asia_southeast1_cluster_endpoint" {
  description = "Where its API answers"
  value       = google_container_cluster.region_cluster_asia_southeast1.endpoint
}
