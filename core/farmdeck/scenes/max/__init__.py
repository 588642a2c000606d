"""The .max reader: any file from 3ds Max 3 on, with no 3ds Max running."""
