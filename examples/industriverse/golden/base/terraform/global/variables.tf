variable "account_id" {
  description = "Number of the AWS account that everything in this folder belongs to"
  type        = string
  default     = "123456789012"
}
