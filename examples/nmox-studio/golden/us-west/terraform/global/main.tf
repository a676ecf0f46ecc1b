resource "google_monitoring_notification_channel" "studio_costs_0" {
  display_name = "studio-costs infra@nmox.studio"
  type         = "email"
  labels = {
    email_address = "infra@nmox.studio"
  }
}

resource "google_billing_budget" "studio_costs" {
  billing_account = "01A2B3-C4D5E6-F7A8B9"
  display_name    = "studio-costs"

  budget_filter {
    projects        = ["projects/${var.project}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      currency_code = "USD"
      units         = "236500"
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
    threshold_percent = 1.1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.studio_costs_0.id]
    disable_default_iam_recipients   = false
  }
}
