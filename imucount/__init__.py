"""imucount counts shoulder circles, with the direction of each, from a wearable IMU."""
