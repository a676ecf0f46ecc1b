variable "project" {
  description = "Project of Google Cloud that everything in this folder belongs to"
  type        = string
  default     = "platform-example"
}
