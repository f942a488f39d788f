"""A package, so that those within it are named by their whole path: `cli` is the product's."""
