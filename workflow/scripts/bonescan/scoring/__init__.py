"""Statistics of predictions: metrics, ROC, intervals, summaries of replicate and swept trainings."""
