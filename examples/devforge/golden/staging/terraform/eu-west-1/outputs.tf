output "european_data_bucket" {
  description = "Name of the bucket, on Azure of its account"
  value       = aws_s3_bucket.european_data.bucket
}
