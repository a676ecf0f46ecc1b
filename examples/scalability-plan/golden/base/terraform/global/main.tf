resource "google_monitoring_notification_channel" "platform_costs_0" {
  display_name = "platform-costs costs@platform.example"
  type         = "email"
  labels = {
    email_address = "costs@platform.example"
  }
}

resource "google_billing_budget" "platform_costs" {
  billing_account = "0A1B2C-3D4E5F-607182"
  display_name    = "platform-costs"

  budget_filter {
    projects        = ["projects/${var.project}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      currency_code = "USD"
      units         = "28800"
    }
  }

  threshold_rules {
    threshold_percent = 0.5
    spend_basis       = "CURRENT_SPEND"
  }

  threshold_rules {
    threshold_percent = 0.8
    spend_basis       = "CURRENT_SPEND"
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "CURRENT_SPEND"
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.platform_costs_0.id]
    disable_default_iam_recipients   = false
  }
}
