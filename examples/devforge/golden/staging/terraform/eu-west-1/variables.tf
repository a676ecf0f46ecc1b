variable "region" {
  description = "Where everything in this folder is"
  type        = string
  default     = "eu-west-1"
}

variable "account_id" {
  description = "Number of the AWS account that everything in this folder belongs to"
  type        = string
  default     = "210987654321"
}
