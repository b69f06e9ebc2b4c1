"""The ports on Amazon's services. ``tables`` and ``own`` need nothing but the declarations."""
