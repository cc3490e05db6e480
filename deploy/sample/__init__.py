"""A sample: the work of phường Trần Hưng Đạo in 2021-2023, made case by case."""
