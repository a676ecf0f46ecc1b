variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "europe-west1"
}
