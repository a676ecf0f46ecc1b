variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "eu-central-1"
}

variable "account_id" {
  description = "Number of the AWS account that everything in this folder belongs to"
  type        = string
  default     = "123456789012"
}

variable "region_cluster_eu_central_1_system_machine" {
  description = "Machine of the system's nodes of the cluster region-cluster-eu-central-1"
  type        = string
  default     = "m7i.xlarge"
}

variable "region_cluster_eu_central_1_kubernetes" {
  description = "Version of Kubernetes of the cluster region-cluster-eu-central-1"
  type        = string
  default     = "1.34"
}
