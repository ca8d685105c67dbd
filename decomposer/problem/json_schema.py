"""JSON Schema from the declarations of problem files."""

from __future__ import annotations

from typing import Any

from decomposer.problem.fields import Schema


def written(schema: Schema) -> dict[str, Any]:
    """Write what a schema of `decomposer.problem.schema` accepts."""
    kind, metadata = schema["type"], schema.get("metadata", {})
    if kind == "function-before":
        long = written(schema["schema"])
        short = [long["items"]] if metadata["short"] == "item" else metadata["short"]
        return {"anyOf": [*short, long]}
    if kind == "function-after":
        return written(schema["schema"])
    if kind == "typed-dict":
        required = [name for name, field in schema["fields"].items() if field["required"]]
        return {
            "type": "object",
            "description": metadata["about"],
            "properties": {name: _property(field) for name, field in schema["fields"].items()},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }
    if kind == "dict":
        return {"type": "object", "additionalProperties": written(schema["values_schema"])}
    if kind == "list":
        return {"type": "array", "items": written(schema["items_schema"])}
    if kind == "literal":
        return {"enum": schema["expected"]}
    if kind == "bool":
        return {"type": "boolean"}
    if kind == "definition-ref":
        return {"$ref": f"#/$defs/{schema['schema_ref']}"}
    found: dict[str, Any] = metadata["json"]
    return found


def _property(field: Schema) -> dict[str, Any]:
    about = field["metadata"]["about"]
    return {**written(field["schema"]), **({"description": about} if about else {})}
