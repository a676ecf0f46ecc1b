variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "asia-southeast1"
}

variable "project" {
  description = "Project of Google Cloud that everything in this folder belongs to"
  type        = string
  default     = "platform-example"
}

variable "region_cluster_asia_southeast1_system_machine" {
  description = "Machine of the system's nodes of the cluster region-cluster-asia-southeast1"
  type        = string
  default     = "n2-standard-4"
}

variable "region_cluster_asia_southeast1_kubernetes" {
  description = "Version of Kubernetes of the cluster region-cluster-asia-southeast1"
  type        = string
  default     = "1.34"
}
