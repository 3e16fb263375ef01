"""What `daymark up` starts and watches."""
