"""Sources, document trees and the readers that make them."""
