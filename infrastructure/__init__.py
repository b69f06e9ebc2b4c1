"""OMNIX on AWS as one CloudFormation template, made from what the domains declare.

The template serves every environment: what differs is decided when it is deployed, through
parameters, mappings and conditions. High-level constructs decide when the template is made, so
the resources are written as CloudFormation documents them.
"""
