"""What the command line does, as functions; `import bench` offers them under its own name."""
