//! What models of accelerators are called.

/// How a model is named, where it is.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The member of `gpu-model`.
    pub model: &'static str,
    /// `nvidia.com/gpu.product`, set by GPU feature discovery.
    pub products: &'static [&'static str],
    /// `cloud.google.com/gke-accelerator`, also the accelerator type of Compute Engine.
    pub google: Option<&'static str>,
    /// `karpenter.k8s.aws/instance-gpu-name`
    pub aws: Option<&'static str>,
    /// `karpenter.k8s.aws/instance-gpu-memory` in MiB, where the name alone does not tell the model.
    pub aws_memory: Option<&'static str>,
    /// `karpenter.azure.com/sku-gpu-name`: the accelerator in the name of the size.
    pub azure: Option<&'static str>,
}

impl Names {
    /// Whether `karpenter.k8s.aws/instance-gpu-name` alone means this model.
    pub fn aws_alone(&self) -> Option<&'static str> {
        self.aws.filter(|_| self.aws_memory.is_none())
    }
}

const fn names(model: &'static str, products: &'static [&'static str]) -> Names {
    Names { model, products, google: None, aws: None, aws_memory: None, azure: None }
}

/// All models. AWS: the labels of Karpenter 1.14's instance types. Azure: pkg/providers/instancetype of its provider.
/// Google: <https://docs.cloud.google.com/compute/docs/gpus>.
pub const MODELS: [Names; 11] = [
    Names {
        google: Some("nvidia-tesla-t4"),
        aws: Some("t4"),
        azure: Some("T4"),
        ..names("nvidia-t4", &["Tesla-T4"])
    },
    Names { google: Some("nvidia-l4"), aws: Some("l4"), ..names("nvidia-l4", &["NVIDIA-L4"]) },
    Names { aws: Some("l40s"), ..names("nvidia-l40s", &["NVIDIA-L40S"]) },
    Names { aws: Some("a10g"), ..names("nvidia-a10g", &["NVIDIA-A10G"]) },
    Names {
        google: Some("nvidia-tesla-v100"),
        aws: Some("v100"),
        ..names(
            "nvidia-v100",
            &["Tesla-V100-SXM2-16GB", "Tesla-V100-SXM2-32GB", "Tesla-V100-PCIE-16GB", "Tesla-V100-PCIE-32GB"],
        )
    },
    Names {
        google: Some("nvidia-tesla-a100"),
        aws: Some("a100"),
        aws_memory: Some("40960"),
        ..names("nvidia-a100-40gb", &["NVIDIA-A100-SXM4-40GB", "NVIDIA-A100-PCIE-40GB"])
    },
    Names {
        google: Some("nvidia-a100-80gb"),
        aws: Some("a100"),
        aws_memory: Some("81920"),
        azure: Some("A100"),
        ..names("nvidia-a100-80gb", &["NVIDIA-A100-SXM4-80GB", "NVIDIA-A100-80GB-PCIe"])
    },
    Names {
        google: Some("nvidia-h100-80gb"),
        aws: Some("h100"),
        azure: Some("H100"),
        ..names("nvidia-h100", &["NVIDIA-H100-80GB-HBM3", "NVIDIA-H100-PCIe"])
    },
    Names {
        google: Some("nvidia-h200-141gb"),
        aws: Some("h200"),
        azure: Some("H200"),
        ..names("nvidia-h200", &["NVIDIA-H200"])
    },
    Names { google: Some("nvidia-b200"), aws: Some("b200"), ..names("nvidia-b200", &["NVIDIA-B200"]) },
    Names { azure: Some("MI300X"), ..names("amd-mi300x", &[]) },
];

/// The names of a model.
pub fn find(model: &str) -> Option<&'static Names> {
    MODELS.iter().find(|m| m.model == model)
}

/// The extended resource of a model, also the key of the taint of its nodes.
pub fn device(model: &str) -> &'static str {
    if model.starts_with("amd-") { "amd.com/gpu" } else { "nvidia.com/gpu" }
}
