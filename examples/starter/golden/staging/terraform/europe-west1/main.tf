resource "google_container_node_pool" "general" {
  name     = "general"
  cluster  = "starter"
  location = var.region

  autoscaling {
    total_min_node_count = 1
    total_max_node_count = 4
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type = "c4-highcpu-2"
    disk_size_gb = 100
    disk_type    = "hyperdisk-balanced"
    image_type   = "COS_CONTAINERD"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "general"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }

    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}
