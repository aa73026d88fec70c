"""What a lab needs beside its notebook: data in three parts that never overlap, and a pretrained base."""
