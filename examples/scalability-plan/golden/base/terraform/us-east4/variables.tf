variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "us-east4"
}

variable "project" {
  description = "Project of Google Cloud that everything in this folder belongs to"
  type        = string
  default     = "platform-example"
}

variable "region_cluster_us_east4_system_machine" {
  description = "Machine of the system's nodes of the cluster region-cluster-us-east4"
  type        = string
  default     = "n2-standard-4"
}

variable "region_cluster_us_east4_kubernetes" {
  description = "Version of Kubernetes of the cluster region-cluster-us-east4"
  type        = string
  default     = "1.34"
}
