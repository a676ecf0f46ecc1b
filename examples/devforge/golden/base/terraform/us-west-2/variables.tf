variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "us-west-2"
}

variable "account_id" {
  description = "Number of the AWS account that everything in this folder belongs to"
  type        = string
  default     = "123456789012"
}

variable "region_cluster_us_west_2_system_machine" {
  description = "Machine of the system's nodes of the cluster region-cluster-us-west-2"
  type        = string
  default     = "m7i.xlarge"
}

variable "region_cluster_us_west_2_kubernetes" {
  description = "Version of Kubernetes of the cluster region-cluster-us-west-2"
  type        = string
  default     = "1.34"
}
