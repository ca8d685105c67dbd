"""A mapping that cannot change: ordered, hashable when its values are, and picklable."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Frozen(Mapping[K, V], Generic[K, V]):
    """An immutable mapping in order of insertion; equality ignores the order, as for `dict`.

    Unlike `types.MappingProxyType` it owns its content, can be hashed, copied and sent to another process.
    """

    __slots__ = ("_content",)

    def __init__(self, content: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._content: dict[K, V] = dict(content)

    def __getitem__(self, key: K) -> V:
        return self._content[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __contains__(self, key: object) -> bool:
        return key in self._content

    # The views of a `dict` cannot change it, and are several times as quick as those of `Mapping`.

    def keys(self) -> KeysView[K]:
        """View of the keys, in order."""
        return self._content.keys()

    def values(self) -> ValuesView[V]:
        """View of the values, in order."""
        return self._content.values()

    def items(self) -> ItemsView[K, V]:
        """View of the pairs, in order."""
        return self._content.items()

    def __hash__(self) -> int:
        return hash(frozenset(self._content.items()))

    def __reduce__(self) -> tuple[object, ...]:
        return Frozen, (self._content,)

    def __repr__(self) -> str:
        return repr(self._content)
