"""What the realtime domain declares."""

from omnix.kit.declare import Domain

CHANNELS = {
    "alerts": "alerts:read",
    "products": "products:read",
    "product": "products:read",
    "orders": "orders:read",
    "inventory": "inventory:read",
    "purchasing": "purchasing:read",
    "dashboard": "dashboard:read",
    "experiments": "experiments:read",
    "recommendations": "actions:read",
    "streaming": "streaming:read",
    "system": "system:read",
}
"""Channels and the permission that each asks for. ``product.ID`` is one product's own channel."""

DOMAIN = Domain(name="realtime", title="Live updates")
