resource "google_container_node_pool" "workspace_nodes" {
  name     = "workspace-nodes"
  cluster  = google_container_cluster.studio_europe_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 3
    total_max_node_count = 104
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = "n4-standard-32"
    disk_size_gb    = 100
    disk_type       = "hyperdisk-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.studio_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "workspace-nodes"
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

resource "google_container_node_pool" "build_nodes_on_demand" {
  name     = "build-nodes-on-demand"
  cluster  = google_container_cluster.studio_europe_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 0
    total_max_node_count = 8
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = "c4-highcpu-16"
    disk_size_gb    = 100
    disk_type       = "hyperdisk-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.studio_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "build-nodes"
    }

    taint {
      key    = "dedicated"
      value  = "builds"
      effect = "NO_SCHEDULE"
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

resource "google_container_node_pool" "build_nodes_spot" {
  name     = "build-nodes-spot"
  cluster  = google_container_cluster.studio_europe_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 0
    total_max_node_count = 17
    location_policy      = "ANY"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = "c4-highcpu-16"
    spot            = true
    disk_size_gb    = 100
    disk_type       = "hyperdisk-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.studio_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "build-nodes"
    }

    taint {
      key    = "dedicated"
      value  = "builds"
      effect = "NO_SCHEDULE"
    }

    taint {
      key    = "cloud.google.com/gke-spot"
      value  = "true"
      effect = "NO_SCHEDULE"
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

resource "google_compute_network" "studio_network_europe_west1" {
  name                    = "studio-network-europe-west1"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "studio_network_europe_west1" {
  name                     = "studio-network-europe-west1"
  region                   = var.region
  network                  = google_compute_network.studio_network_europe_west1.id
  ip_cidr_range            = cidrsubnet("10.0.0.0/16", 4, 0)
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "100.64.0.0/14"
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = "172.20.0.0/20"
  }
}

resource "google_compute_router" "studio_network_europe_west1" {
  name    = "studio-network-europe-west1"
  region  = var.region
  network = google_compute_network.studio_network_europe_west1.id
}

resource "google_compute_router_nat" "studio_network_europe_west1" {
  name                               = "studio-network-europe-west1"
  region                             = var.region
  router                             = google_compute_router.studio_network_europe_west1.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

resource "google_service_account" "studio_europe_west1_nodes" {
  account_id   = "studio-europe-west1-nodes"
  display_name = "Nodes of studio-europe-west1"
}

resource "google_project_iam_member" "studio_europe_west1_nodes" {
  project = google_service_account.studio_europe_west1_nodes.project
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.studio_europe_west1_nodes.member
}

resource "google_container_cluster" "studio_europe_west1" {
  name                     = "studio-europe-west1"
  location                 = var.region
  network                  = google_compute_network.studio_network_europe_west1.id
  subnetwork               = google_compute_subnetwork.studio_network_europe_west1.id
  min_master_version       = var.studio_europe_west1_kubernetes
  remove_default_node_pool = true
  initial_node_count       = 1
  datapath_provider        = "ADVANCED_DATAPATH"
  deletion_protection      = true

  release_channel {
    channel = "REGULAR"
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = false
  }

  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "203.0.113.0/28"
    }
  }

  workload_identity_config {
    workload_pool = "${google_service_account.studio_europe_west1_nodes.project}.svc.id.goog"
  }

  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  lifecycle {
    ignore_changes = [initial_node_count, node_config]
  }
}

resource "google_container_node_pool" "studio_europe_west1_system" {
  name    = "system"
  cluster = google_container_cluster.studio_europe_west1.id

  autoscaling {
    total_min_node_count = 3
    total_max_node_count = 6
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = var.studio_europe_west1_system_machine
    disk_size_gb    = 100
    service_account = google_service_account.studio_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/pool" = "system"
    }

    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  lifecycle {
    ignore_changes = [initial_node_count]
  }
}
