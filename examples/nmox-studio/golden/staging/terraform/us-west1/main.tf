resource "google_container_node_pool" "workspace_nodes" {
  name     = "workspace-nodes"
  cluster  = google_container_cluster.studio_us_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 1
    total_max_node_count = 3
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
    service_account = google_service_account.studio_us_west1_nodes.email
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

resource "google_container_node_pool" "build_nodes" {
  name     = "build-nodes"
  cluster  = google_container_cluster.studio_us_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 0
    total_max_node_count = 2
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
    service_account = google_service_account.studio_us_west1_nodes.email
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

resource "google_dns_managed_zone" "nmox_studio" {
  name     = "nmox-studio"
  dns_name = "nmox.studio."

  dnssec_config {
    state = "on"
  }
}

resource "google_compute_health_check" "nmox_studio_app" {
  name               = "nmox-studio-app"
  check_interval_sec = 30
  timeout_sec        = 5
  source_regions     = ["us-central1", "europe-west1", "asia-east1"]

  https_health_check {
    port         = 443
    request_path = "/health"
    host         = "app.nmox.studio"
  }
}

resource "google_dns_record_set" "nmox_studio_app" {
  managed_zone = google_dns_managed_zone.nmox_studio.name
  name         = "app.nmox.studio."
  type         = "A"
  ttl          = 60

  routing_policy {
    health_check = google_compute_health_check.nmox_studio_app.id

    primary_backup {
      primary {
        external_endpoints = ["203.0.113.10"]
      }

      backup_geo {
        location = var.region
        rrdatas  = ["203.0.113.20"]
      }
    }
  }
}

resource "google_dns_record_set" "nmox_studio_us_west" {
  managed_zone = google_dns_managed_zone.nmox_studio.name
  name         = "us-west.nmox.studio."
  type         = "A"
  ttl          = 300
  rrdatas      = ["203.0.113.10"]
}

resource "google_dns_record_set" "nmox_studio_eu_west" {
  managed_zone = google_dns_managed_zone.nmox_studio.name
  name         = "eu-west.nmox.studio."
  type         = "A"
  ttl          = 300
  rrdatas      = ["203.0.113.20"]
}

resource "google_dns_record_set" "nmox_studio_ap_south" {
  managed_zone = google_dns_managed_zone.nmox_studio.name
  name         = "ap-south.nmox.studio."
  type         = "A"
  ttl          = 300
  rrdatas      = ["203.0.113.30"]
}

resource "google_compute_network" "studio_network_us_west1" {
  name                    = "studio-network-us-west1"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "studio_network_us_west1" {
  name                     = "studio-network-us-west1"
  region                   = var.region
  network                  = google_compute_network.studio_network_us_west1.id
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

resource "google_compute_router" "studio_network_us_west1" {
  name    = "studio-network-us-west1"
  region  = var.region
  network = google_compute_network.studio_network_us_west1.id
}

resource "google_compute_router_nat" "studio_network_us_west1" {
  name                               = "studio-network-us-west1"
  region                             = var.region
  router                             = google_compute_router.studio_network_us_west1.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

resource "google_service_account" "studio_us_west1_nodes" {
  account_id   = "studio-us-west1-nodes"
  display_name = "Nodes of studio-us-west1"
}

resource "google_project_iam_member" "studio_us_west1_nodes" {
  project = google_service_account.studio_us_west1_nodes.project
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.studio_us_west1_nodes.member
}

resource "google_container_cluster" "studio_us_west1" {
  name                     = "studio-us-west1"
  location                 = var.region
  network                  = google_compute_network.studio_network_us_west1.id
  subnetwork               = google_compute_subnetwork.studio_network_us_west1.id
  min_master_version       = var.studio_us_west1_kubernetes
  remove_default_node_pool = true
  initial_node_count       = 1
  datapath_provider        = "ADVANCED_DATAPATH"
  deletion_protection      = false

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
    workload_pool = "${google_service_account.studio_us_west1_nodes.project}.svc.id.goog"
  }

  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  lifecycle {
    ignore_changes = [initial_node_count, node_config]
  }
}

resource "google_container_node_pool" "studio_us_west1_system" {
  name    = "system"
  cluster = google_container_cluster.studio_us_west1.id

  autoscaling {
    total_min_node_count = 1
    total_max_node_count = 2
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = var.studio_us_west1_system_machine
    disk_size_gb    = 100
    service_account = google_service_account.studio_us_west1_nodes.email
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

resource "google_storage_bucket" "workspace_files_welcome" {
  name                        = "nmox-staging-workspace-files-welcome"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type          = "SetStorageClass"
      storage_class = "ARCHIVE"
    }

    condition {
      age = 30
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = 90
      with_state                 = "ARCHIVED"
    }
  }
}

resource "google_service_account" "workspace_service" {
  account_id   = "workspace-service-workload"
  display_name = "nmox-studio/workspace-service in studio_us_west1"
}

resource "google_service_account_iam_member" "workspace_service" {
  service_account_id = google_service_account.workspace_service.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${google_container_cluster.studio_us_west1.workload_identity_config[0].workload_pool}[nmox-studio/workspace-service]"
}

resource "google_storage_bucket_iam_member" "workspace_service_workspace_files_welcome" {
  bucket = google_storage_bucket.workspace_files_welcome.name
  role   = "roles/storage.objectUser"
  member = google_service_account.workspace_service.member
}

resource "google_compute_global_network_endpoint_group" "static_assets" {
  name                  = "static-assets"
  network_endpoint_type = "INTERNET_FQDN_PORT"
  default_port          = 443
}

resource "google_compute_global_network_endpoint" "static_assets" {
  global_network_endpoint_group = google_compute_global_network_endpoint_group.static_assets.name
  fqdn                          = "app.nmox.studio"
  port                          = 443
}

resource "google_compute_backend_service" "static_assets" {
  name                   = "static-assets"
  protocol               = "HTTPS"
  load_balancing_scheme  = "EXTERNAL_MANAGED"
  enable_cdn             = true
  custom_request_headers = ["Host: app.nmox.studio"]

  backend {
    group = google_compute_global_network_endpoint_group.static_assets.id
  }

  cdn_policy {
    cache_mode  = "FORCE_CACHE_ALL"
    default_ttl = 3600
    client_ttl  = 3600
  }
}

resource "google_compute_backend_service" "static_assets_live" {
  name                   = "static-assets-live"
  protocol               = "HTTPS"
  load_balancing_scheme  = "EXTERNAL_MANAGED"
  enable_cdn             = false
  custom_request_headers = ["Host: app.nmox.studio"]

  backend {
    group = google_compute_global_network_endpoint_group.static_assets.id
  }
}

resource "google_compute_url_map" "static_assets" {
  name            = "static-assets"
  default_service = google_compute_backend_service.static_assets.id

  host_rule {
    hosts        = ["*"]
    path_matcher = "paths"
  }

  path_matcher {
    name            = "paths"
    default_service = google_compute_backend_service.static_assets.id

    path_rule {
      paths   = ["/api/*"]
      service = google_compute_backend_service.static_assets_live.id
    }
  }
}

resource "google_compute_managed_ssl_certificate" "static_assets" {
  name = "static-assets"

  managed {
    domains = ["cdn.nmox.studio"]
  }
}

resource "google_compute_target_https_proxy" "static_assets" {
  name             = "static-assets"
  url_map          = google_compute_url_map.static_assets.id
  ssl_certificates = [google_compute_managed_ssl_certificate.static_assets.id]
}

resource "google_compute_global_address" "static_assets" {
  name = "static-assets"
}

resource "google_compute_global_forwarding_rule" "static_assets" {
  name                  = "static-assets"
  target                = google_compute_target_https_proxy.static_assets.id
  ip_address            = google_compute_global_address.static_assets.id
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
