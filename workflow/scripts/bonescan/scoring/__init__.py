"""Statistics of predictions: metrics, ROC, intervals, and what replicate and swept trainings say together."""
