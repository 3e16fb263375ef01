"""What the tests of recovery share: a real `daymark up` on a disk of its own, a steady sender, one checker, and Prometheus."""
