resource "aws_s3_bucket" "european_data" {
  bucket = "devforge-sandbox-european-data"
}

resource "aws_s3_bucket_public_access_block" "european_data" {
  bucket                  = aws_s3_bucket.european_data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "european_data" {
  bucket = aws_s3_bucket.european_data.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "european_data" {
  bucket = aws_s3_bucket.european_data.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "european_data" {
  bucket     = aws_s3_bucket.european_data.id
  depends_on = [aws_s3_bucket_versioning.european_data]

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "forgotten"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }
}
