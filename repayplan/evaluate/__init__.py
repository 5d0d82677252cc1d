"""What schedules come to in thousands of futures: scenario kernels, arrays in and arrays out."""
