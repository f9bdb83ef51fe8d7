"""What leaves the clinic's desk, one module an output. Pure: worked out from definitions and sent documents."""
