variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "us-west1"
}

variable "project" {
  description = "Project of Google Cloud that everything in this folder belongs to"
  type        = string
  default     = "nmox-studio-prod"
}

variable "studio_us_west1_system_machine" {
  description = "Machine of the system's nodes of the cluster studio-us-west1"
  type        = string
  default     = "n2-standard-4"
}

variable "studio_us_west1_kubernetes" {
  description = "Version of Kubernetes of the cluster studio-us-west1"
  type        = string
  default     = "1.34"
}
