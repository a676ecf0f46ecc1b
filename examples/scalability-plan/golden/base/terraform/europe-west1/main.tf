resource "google_dns_managed_zone" "platform_example" {
  name     = "platform-example"
  dns_name = "platform.example."

  dnssec_config {
    state = "on"
  }
}

resource "google_compute_health_check" "platform_example_api" {
  name               = "platform-example-api"
  check_interval_sec = 30
  timeout_sec        = 5
  source_regions     = ["us-central1", "europe-west1", "asia-east1"]

  https_health_check {
    port         = 443
    request_path = "/ready"
    host         = "api.platform.example"
  }
}

resource "google_dns_record_set" "platform_example_api" {
  managed_zone = google_dns_managed_zone.platform_example.name
  name         = "api.platform.example."
  type         = "A"
  ttl          = 60

  routing_policy {
    health_check = google_compute_health_check.platform_example_api.id

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

resource "google_compute_health_check" "platform_example_www" {
  name               = "platform-example-www"
  check_interval_sec = 30
  timeout_sec        = 5
  source_regions     = ["us-central1", "europe-west1", "asia-east1"]

  https_health_check {
    port         = 443
    request_path = "/ready"
    host         = "www.platform.example"
  }
}

resource "google_dns_record_set" "platform_example_www" {
  managed_zone = google_dns_managed_zone.platform_example.name
  name         = "www.platform.example."
  type         = "A"
  ttl          = 60

  routing_policy {
    health_check = google_compute_health_check.platform_example_www.id

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

resource "google_container_node_pool" "steady" {
  name     = "steady"
  cluster  = google_container_cluster.region_cluster_europe_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 3
    total_max_node_count = 19
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = "n4-standard-16"
    disk_size_gb    = 100
    disk_type       = "hyperdisk-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.region_cluster_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "steady"
    }

    reservation_affinity {
      consume_reservation_type = "SPECIFIC_RESERVATION"
      key                      = "compute.googleapis.com/reservation-name"
      values                   = ["platform-2027"]
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

resource "google_container_node_pool" "spare_on_demand" {
  name     = "spare-on-demand"
  cluster  = google_container_cluster.region_cluster_europe_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 0
    total_max_node_count = 4
    location_policy      = "BALANCED"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = "n4-standard-8"
    disk_size_gb    = 100
    disk_type       = "hyperdisk-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.region_cluster_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "spare"
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

resource "google_container_node_pool" "spare_spot" {
  name     = "spare-spot"
  cluster  = google_container_cluster.region_cluster_europe_west1.name
  location = var.region

  autoscaling {
    total_min_node_count = 0
    total_max_node_count = 16
    location_policy      = "ANY"
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = "n4-standard-8"
    spot            = true
    disk_size_gb    = 100
    disk_type       = "hyperdisk-balanced"
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.region_cluster_europe_west1_nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    labels = {
      "ivs.dev/node-pool" = "spare"
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

resource "google_compute_network" "region_network_europe_west1" {
  name                    = "region-network-europe-west1"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "region_network_europe_west1" {
  name                     = "region-network-europe-west1"
  region                   = var.region
  network                  = google_compute_network.region_network_europe_west1.id
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

resource "google_compute_router" "region_network_europe_west1" {
  name    = "region-network-europe-west1"
  region  = var.region
  network = google_compute_network.region_network_europe_west1.id
}

resource "google_compute_router_nat" "region_network_europe_west1" {
  name                               = "region-network-europe-west1"
  region                             = var.region
  router                             = google_compute_router.region_network_europe_west1.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

resource "google_service_account" "region_cluster_europe_west1_nodes" {
  account_id   = "region-cluster-europe-a8c94823"
  display_name = "Nodes of region-cluster-europe-west1"
}

resource "google_project_iam_member" "region_cluster_europe_west1_nodes" {
  project = google_service_account.region_cluster_europe_west1_nodes.project
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.region_cluster_europe_west1_nodes.member
}

resource "google_container_cluster" "region_cluster_europe_west1" {
  name                     = "region-cluster-europe-west1"
  location                 = var.region
  network                  = google_compute_network.region_network_europe_west1.id
  subnetwork               = google_compute_subnetwork.region_network_europe_west1.id
  min_master_version       = var.region_cluster_europe_west1_kubernetes
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
    workload_pool = "${google_service_account.region_cluster_europe_west1_nodes.project}.svc.id.goog"
  }

  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  lifecycle {
    ignore_changes = [initial_node_count, node_config]
  }
}

resource "google_container_node_pool" "region_cluster_europe_west1_system" {
  name    = "system"
  cluster = google_container_cluster.region_cluster_europe_west1.id

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
    machine_type    = var.region_cluster_europe_west1_system_machine
    disk_size_gb    = 100
    service_account = google_service_account.region_cluster_europe_west1_nodes.email
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

resource "google_storage_bucket" "archive" {
  name                        = "scalability-plan-archive"
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
      age            = 365
      matches_prefix = ["records/"]
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = 90
      with_state                 = "ARCHIVED"
      matches_prefix             = ["records/"]
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_bucket" "archive_copy" {
  name                        = "scalability-plan-archive-copy"
  location                    = "europe-north1"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

data "google_storage_transfer_project_service_account" "main" {}

resource "google_storage_bucket_iam_member" "archive_copier" {
  bucket = google_storage_bucket.archive.name
  role   = "roles/storage.admin"
  member = data.google_storage_transfer_project_service_account.main.member
}

resource "google_storage_bucket_iam_member" "archive_copy_copier" {
  bucket = google_storage_bucket.archive_copy.name
  role   = "roles/storage.admin"
  member = data.google_storage_transfer_project_service_account.main.member
}

resource "google_project_iam_member" "copier" {
  project = data.google_storage_transfer_project_service_account.main.project
  role    = "roles/pubsub.editor"
  member  = data.google_storage_transfer_project_service_account.main.member
}

resource "google_storage_transfer_job" "archive" {
  description = "Copies archive to europe-north1"
  depends_on = [
    google_storage_bucket_iam_member.archive_copier,
    google_storage_bucket_iam_member.archive_copy_copier,
    google_project_iam_member.copier,
  ]

  replication_spec {
    gcs_data_source {
      bucket_name = google_storage_bucket.archive.name
    }

    gcs_data_sink {
      bucket_name = google_storage_bucket.archive_copy.name
    }
  }
}

resource "google_compute_global_network_endpoint_group" "static_assets" {
  name                  = "static-assets"
  network_endpoint_type = "INTERNET_FQDN_PORT"
  default_port          = 443
}

resource "google_compute_global_network_endpoint" "static_assets" {
  global_network_endpoint_group = google_compute_global_network_endpoint_group.static_assets.name
  fqdn                          = "www.platform.example"
  port                          = 443
}

resource "google_compute_backend_service" "static_assets" {
  name                   = "static-assets"
  protocol               = "HTTPS"
  load_balancing_scheme  = "EXTERNAL_MANAGED"
  enable_cdn             = true
  custom_request_headers = ["Host: www.platform.example"]

  backend {
    group = google_compute_global_network_endpoint_group.static_assets.id
  }

  cdn_policy {
    cache_mode  = "FORCE_CACHE_ALL"
    default_ttl = 86400
    client_ttl  = 86400
  }
}

resource "google_compute_backend_service" "static_assets_api" {
  name                   = "static-assets-api"
  protocol               = "HTTPS"
  load_balancing_scheme  = "EXTERNAL_MANAGED"
  enable_cdn             = false
  custom_request_headers = ["Host: www.platform.example"]

  backend {
    group = google_compute_global_network_endpoint_group.static_assets.id
  }
}

resource "google_compute_backend_service" "static_assets_media" {
  name                   = "static-assets-media"
  protocol               = "HTTPS"
  load_balancing_scheme  = "EXTERNAL_MANAGED"
  enable_cdn             = true
  custom_request_headers = ["Host: www.platform.example"]

  backend {
    group = google_compute_global_network_endpoint_group.static_assets.id
  }

  cdn_policy {
    cache_mode  = "FORCE_CACHE_ALL"
    default_ttl = 2592000
    client_ttl  = 2592000
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
      paths   = ["/v1/*"]
      service = google_compute_backend_service.static_assets_api.id
    }

    path_rule {
      paths   = ["/media/*"]
      service = google_compute_backend_service.static_assets_media.id
    }
  }
}

resource "google_compute_managed_ssl_certificate" "static_assets" {
  name = "static-assets"

  managed {
    domains = ["assets.platform.example"]
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
