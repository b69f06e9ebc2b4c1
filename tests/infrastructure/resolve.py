"""What CloudFormation makes of the template for given parameters, without CloudFormation.

Conditions are decided, mappings looked up and what is switched off is left out; references to
resources stay as they are. The transform of the template has then nothing left to do.
"""

from collections.abc import Mapping
from typing import Any

ABSENT = object()
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}


class Resolver:
    """One template under ``parameters``; what is not given has its default."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        unknown = parameters.keys() - template["Parameters"].keys() - PSEUDO.keys()
        assert not unknown, unknown
        defaults = {name: one["Default"] for name, one in template["Parameters"].items()}
        self.template = template
        self.values = {**PSEUDO, **defaults, **parameters}
        self.conditions: dict[str, bool] = {}

    def condition(self, name: str) -> bool:
        if name not in self.conditions:
            self.conditions[name] = self._holds(self.template["Conditions"][name])
        return self.conditions[name]

    def _holds(self, expression: Any) -> bool:
        ((kind, of),) = expression.items()
        match kind:
            case "Condition":
                return self.condition(of)
            case "Fn::Equals":
                left, right = (self.value(one) for one in of)
                return bool(left == right)
            case "Fn::Not":
                return not self._holds(of[0])
            case "Fn::And":
                return all(map(self._holds, of))
            case "Fn::Or":
                return any(map(self._holds, of))
        raise AssertionError(kind)

    def value(self, data: Any) -> Any:
        if isinstance(data, list):
            return [made for one in data if (made := self.value(one)) is not ABSENT]
        if not isinstance(data, dict):
            return data
        if len(data) == 1:
            ((kind, of),) = data.items()
            if kind == "Ref":
                if of == "AWS::NoValue":
                    return ABSENT
                return self.values.get(of, data)
            if kind == "Fn::If":
                return self.value(of[1] if self.condition(of[0]) else of[2])
            if kind == "Fn::FindInMap":
                first, second = self.value(of[1]), self.value(of[2])
                return self.template["Mappings"][of[0]][first][second]
            if kind == "Fn::Sub":
                text, given = (of, {}) if isinstance(of, str) else of
                return self._filled(text, {name: self.value(one) for name, one in given.items()})
            if kind == "Fn::Split" and isinstance(text := self.value(of[1]), str):
                return text.split(of[0])
            if kind == "Fn::Join":
                parts = self.value(of[1])
                if all(isinstance(part, str) for part in parts):
                    return of[0].join(parts)
                return {kind: [of[0], parts]}
        return {key: made for key, one in data.items() if (made := self.value(one)) is not ABSENT}

    def _filled(self, text: str, given: Mapping[str, str]) -> Any:
        for name, value in {**self.values, **given}.items():
            text = text.replace(f"${{{name}}}", value)
        return {"Fn::Sub": text} if "${" in text else text

    def template_of(self) -> dict[str, Any]:
        """A template without parameters, conditions and mappings."""
        made: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
        for section in ("Resources", "Outputs"):
            made[section] = {}
            for name, content in self.template[section].items():
                if "Condition" in content and not self.condition(content["Condition"]):
                    continue
                rest = {key: one for key, one in content.items() if key != "Condition"}
                made[section][name] = self.value(rest)
        for content in made["Resources"].values():
            if "DependsOn" in content:
                needed = content["DependsOn"]
                names = [needed] if isinstance(needed, str) else needed
                content["DependsOn"] = [name for name in names if name in made["Resources"]]
        return made
