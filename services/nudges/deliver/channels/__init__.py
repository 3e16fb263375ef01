"""How a nudge reaches people. Each channel is one module; what it promises is in `channel`."""
