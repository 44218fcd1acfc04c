mod agreement;
mod workload;
